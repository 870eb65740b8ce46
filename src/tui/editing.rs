//! Hands the terminal to the user's editor, and takes it back.

use std::io;

use crate::app::event::{Answer, Event, Reply};
use crate::config::editor::EditFile;
use crate::s3::tasks::blocking;
use crate::tui::run::Loop;
use crate::tui::runner::{EditCall, News};
use crate::tui::signals::Signal;

/// The signal of ctrl-c, which the editor gets too.
const INTERRUPT: i32 = 2;

impl Loop {
    /// Transfers go on meanwhile; their news wait.
    pub async fn edit(&mut self, call: EditCall) -> io::Result<()> {
        self.gate.close()?;
        self.screen.release()?;
        let EditCall { ticket, connection, name, bytes } = call;
        let reply: Reply = blocking(move || {
            let file = EditFile::make(&name, &bytes)?;
            let edited = file.edit(&bytes)?;
            Ok(Answer::Edited { file, edited })
        })
        .await;
        self.screen.retake()?;
        self.gate.open();
        self.forget_interrupts();
        self.come_back()?;
        self.take_reply(Event::Reply { ticket, connection, reply });
        Ok(())
    }

    /// What was typed at the editor to end something in it ends nothing here.
    fn forget_interrupts(&mut self) {
        let mut waiting = Vec::new();
        while let Ok(news) = self.news.try_recv() {
            if !matches!(news, News::Signal(Signal::End(INTERRUPT))) {
                waiting.push(news);
            }
        }
        self.waiting.extend(waiting);
    }
}
