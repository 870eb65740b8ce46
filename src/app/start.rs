//! Makes the first state and the first effects.

use crate::app::context::Intent;
use crate::app::dialogs::details::Details;
use crate::app::effect::Effect;
use crate::app::intents::perform;
use crate::app::keymap::Keymap;
use crate::app::keymap::changes::KeyRemarks;
use crate::app::layout::WindowSize;
use crate::app::overlays::notice::NoticeSheet;
use crate::app::session::{Session, Startup};
use crate::app::state::{Asked, State};
use crate::app::toasts::Level;

impl State {
    /// Opens the buckets and the location the user named, which needs no leave to list buckets.
    pub fn new(startup: Startup, size: WindowSize) -> (State, Vec<Effect>) {
        let (keymap, remarks) = Keymap::with(&startup.keys);
        let (now, open, problems) = (startup.now, startup.open.clone(), startup.problems.clone());
        let (first, access) = (startup.first, startup.access.clone());
        let mut session = Session::new(startup);
        session.keymap = keymap;
        if let Some((bucket, access)) = access {
            session.know_access(bucket, access, false);
        }
        let mut state = State::empty(session, size);
        state.parts.side.stays = !state.session.settings.ui.preview_follows;
        state.now = now;
        let mut asked = Asked::default();
        if first {
            state.with(now, &mut asked, |parts, cx| parts.connecting.welcome(cx));
        } else {
            state.with(now, &mut asked, |parts, cx| parts.buckets.start(cx));
        }
        asked.intents.push(Intent::Open(open));
        for text in problems {
            asked.intents.push(Intent::Toast { level: Level::Problem, text });
        }
        perform(&mut state, now, &mut asked);
        state.tell_keys(&remarks);
        (state, asked.effects)
    }

    /// Mistakes in `keymap.toml` are shown before any key counts; what it takes from other actions
    /// is in the events.
    fn tell_keys(&mut self, remarks: &KeyRemarks) {
        for each in remarks.notes.iter().chain(&remarks.mistakes) {
            let mistake = remarks.mistakes.contains(each);
            let level = if mistake { Level::Problem } else { Level::Note };
            let text = format!("keymap.toml, line {}: {}", each.line, each.sentence);
            self.log.note(self.now, level, text);
        }
        if remarks.mistakes.is_empty() {
            return;
        }
        let mut sheet = Details::new("keymap.toml has lines that are not followed");
        for each in &remarks.mistakes {
            sheet = sheet.fact(&format!("line {}", each.line), each.sentence.clone());
        }
        self.parts.overlay = Some(NoticeSheet(sheet).into());
    }
}
