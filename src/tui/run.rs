//! Runs the loop: takes the events that are there, keys first, updates the state, draws once.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until, timeout};

use crate::app::effect::Effect;
use crate::app::event::{ClipboardOutcome, Event};
use crate::app::spot::Spots;
use crate::app::state::State;
use crate::app::update::update;
use crate::config::crash::rehearse;
use crate::domain::address::ConnectionName;
use crate::domain::usage::Usage;
use crate::tui::clients::Clients;
use crate::tui::input_gate::InputGate;
use crate::tui::runner::{LoopCommand, News, Runner};
use crate::tui::signals::{Signal, stop_job};
use crate::tui::terminal::Screen;
use crate::ui::draw;
use crate::ui::theme::Theme;

/// Between two frames that no key asked for.
const FRAME: Duration = Duration::from_millis(33);
const TICK: Duration = Duration::from_millis(100);
const METER: Duration = Duration::from_millis(400);

/// News taken before a frame is drawn and keys are looked for again.
const BATCH: usize = 256;

/// How long to wait to be stopped where nothing can stop this process.
const STOPPING: Duration = Duration::from_millis(300);

/// Why the loop ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoopEnd {
    /// The user left.
    Quit,
    /// The user wants to see the demo.
    Demo,
    Signal(i32),
    /// The terminal is gone.
    NoTerminal,
    /// A thread panicked.
    Panicked,
}

pub struct Loop {
    pub screen: Screen,
    pub state: State,
    pub theme: Theme,
    pub runner: Runner,
    pub clients: Arc<Clients>,
    pub keys: UnboundedReceiver<Event>,
    pub news: UnboundedReceiver<News>,
    pub pace: LoopPace,
    /// What the last frame shows where.
    pub spots: Spots,
    pub gate: InputGate,
    /// News that came while the terminal was somebody else's.
    pub waiting: Vec<News>,
}

/// When something is to be done that no event asks for.
#[derive(Debug, Default)]
pub struct LoopPace {
    drawn: Option<Instant>,
    draw: Option<Instant>,
    /// When an answer of storage was last drawn, and whether one is to be drawn.
    answered: Option<Instant>,
    answer: bool,
    tick: Option<Instant>,
    meter: Option<Instant>,
    told: HashMap<ConnectionName, Usage>,
    identities: HashMap<ConnectionName, String>,
    commands: Vec<LoopCommand>,
}

impl Loop {
    pub async fn run(&mut self) -> io::Result<LoopEnd> {
        loop {
            let wake = self.wake();
            let ending = tokio::select! {
                biased;
                key = self.keys.recv() => match key {
                    Some(key) => self.take_key(key),
                    None => Some(LoopEnd::NoTerminal),
                },
                Some(news) = self.news.recv() => self.take_news(news)?,
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => None,
            };
            if let Some(ending) = self.take_rest(ending).await? {
                return Ok(ending);
            }
            self.take_due();
            if self.pace.draw.is_some_and(|due| due <= Instant::now()) {
                self.paint()?;
            }
        }
    }

    /// Draws the state as it is.
    pub fn paint(&mut self) -> io::Result<()> {
        let (state, theme) = (&self.state, &self.theme);
        let (spots, job) =
            self.screen.draw(|pictures, frame| draw(state, theme, pictures, frame))?;
        self.spots = spots;
        if let Some(job) = job {
            self.runner.encode(job);
        }
        let now = Instant::now();
        self.pace.drawn = Some(now);
        self.pace.draw = None;
        if std::mem::take(&mut self.pace.answer) {
            self.pace.answered = Some(now);
        }
        Ok(())
    }

    /// Performs effects of the state's making.
    pub fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.pace.commands.extend(self.runner.perform(effect));
        }
    }

    /// Keys that came meanwhile, then news, until there is nothing or a key is to be answered.
    async fn take_rest(&mut self, first: Option<LoopEnd>) -> io::Result<Option<LoopEnd>> {
        if first.is_some() {
            return Ok(first);
        }
        for _ in 0..BATCH {
            if let Ok(key) = self.keys.try_recv() {
                self.take_key(key);
            } else if self.pace.draw.is_some_and(|due| due <= Instant::now()) {
                break;
            } else if let Ok(news) = self.news.try_recv() {
                if let Some(ending) = self.take_news(news)? {
                    return Ok(Some(ending));
                }
            } else {
                break;
            }
        }
        self.run_errands().await
    }

    fn take_key(&mut self, mut event: Event) -> Option<LoopEnd> {
        rehearse("loop");
        if let Event::Mouse(mouse) = &mut event {
            mouse.on = self.spots.at(mouse.column, mouse.row);
        }
        self.update(event);
        self.draw_now();
        None
    }

    fn take_news(&mut self, news: News) -> io::Result<Option<LoopEnd>> {
        match news {
            News::Event(event) => {
                let draw = match event {
                    Event::Reply { .. } => Loop::draw_answer,
                    Event::Transfer(_) | Event::Metered { .. } => Loop::draw_progress,
                    _ => Loop::draw_now,
                };
                self.update(event);
                draw(self);
                self.pace.meter.get_or_insert_with(|| Instant::now() + METER);
            }
            News::Sequence(sequence) => {
                self.screen.send(&sequence)?;
                self.update(Event::Clipboard(ClipboardOutcome::Sent));
                self.draw_now();
            }
            News::Signal(Signal::Continued) => {
                self.screen.retake()?;
                self.come_back()?;
            }
            News::Signal(Signal::Resized) => {
                let (width, height) = self.screen.size()?;
                self.update(Event::Resized { width, height });
                // What a terminal keeps of a window that shrank and grew again is not known.
                self.pace.commands.push(LoopCommand::Redraw);
            }
            News::Signal(Signal::End(number)) => return Ok(Some(LoopEnd::Signal(number))),
            News::Picture(encoded) => {
                self.screen.take_picture(encoded);
                self.draw_now();
            }
            News::Panicked => return Ok(Some(LoopEnd::Panicked)),
        }
        Ok(None)
    }

    fn update(&mut self, event: Event) {
        let effects = update(&mut self.state, Timestamp::now(), event);
        self.perform(effects);
    }

    async fn run_errands(&mut self) -> io::Result<Option<LoopEnd>> {
        for command in std::mem::take(&mut self.pace.commands) {
            match command {
                LoopCommand::Send(sequence) => self.screen.send(&sequence)?,
                LoopCommand::Redraw => {
                    self.screen.forget()?;
                    self.draw_now();
                }
                LoopCommand::Suspend => self.suspend().await?,
                LoopCommand::Edit(call) => {
                    self.edit(call).await?;
                    for news in std::mem::take(&mut self.waiting) {
                        if let Some(ending) = self.take_news(news)? {
                            return Ok(Some(ending));
                        }
                    }
                }
                LoopCommand::Demo => return Ok(Some(LoopEnd::Demo)),
                LoopCommand::Quit => return Ok(Some(LoopEnd::Quit)),
            }
        }
        Ok(None)
    }

    /// Gives the terminal back, stops, and takes it again when the user returns. News that come
    /// meanwhile wait.
    async fn suspend(&mut self) -> io::Result<()> {
        self.screen.release()?;
        stop_job()?;
        let mut waiting = Vec::new();
        let continued = async {
            while let Some(news) = self.news.recv().await {
                if matches!(news, News::Signal(Signal::Continued)) {
                    return;
                }
                waiting.push(news);
            }
        };
        // Where nothing can stop this process, it goes on by itself.
        let _ = timeout(STOPPING, continued).await;
        self.screen.retake()?;
        self.come_back()?;
        for news in waiting {
            self.take_news(news)?;
        }
        Ok(())
    }

    /// Takes the answer to what the loop itself was asked.
    pub fn take_reply(&mut self, reply: Event) {
        self.update(reply);
        self.draw_now();
    }

    /// The terminal may have another size by now.
    pub fn come_back(&mut self) -> io::Result<()> {
        let (width, height) = self.screen.size()?;
        self.update(Event::Resized { width, height });
        self.update(Event::Resumed);
        self.draw_now();
        Ok(())
    }

    /// Ticks while the state wants them, and the meters' news.
    fn take_due(&mut self) {
        let now = Instant::now();
        if self.pace.meter.is_some_and(|due| due <= now) {
            self.pace.meter = None;
            self.tell_usage();
            self.tell_identities();
        }
        if !self.state.wants_tick() {
            self.pace.tick = None;
            return;
        }
        match self.pace.tick {
            Some(due) if due > now => {}
            Some(_) => {
                self.pace.tick = Some(now + TICK);
                self.update(Event::Tick);
                self.draw_progress();
            }
            None => self.pace.tick = Some(now + TICK),
        }
    }

    fn tell_usage(&mut self) {
        for (connection, usage) in self.clients.usages() {
            if self.pace.told.get(&connection) != Some(&usage) {
                self.pace.told.insert(connection.clone(), usage);
                self.update(Event::Metered { connection, usage });
                self.draw_progress();
            }
        }
    }

    fn tell_identities(&mut self) {
        for (connection, identity) in self.clients.identities() {
            if self.pace.identities.get(&connection) != Some(&identity) {
                self.pace.identities.insert(connection.clone(), identity.clone());
                self.update(Event::Identified { connection, identity });
                self.draw_progress();
            }
        }
    }

    fn draw_now(&mut self) {
        self.draw_at(Instant::now());
    }

    /// The first answer is drawn at once, even right after the key that asked for it; those that
    /// follow are paced.
    fn draw_answer(&mut self) {
        self.pace.answer = true;
        self.draw_paced(self.pace.answered);
    }

    fn draw_progress(&mut self) {
        self.draw_paced(self.pace.drawn);
    }

    fn draw_paced(&mut self, last: Option<Instant>) {
        let now = Instant::now();
        self.draw_at(last.map_or(now, |last| (last + FRAME).max(now)));
    }

    fn draw_at(&mut self, due: Instant) {
        self.pace.draw = Some(self.pace.draw.map_or(due, |draw| draw.min(due)));
    }

    /// When the loop must go on without an event; `None` lets it sleep.
    fn wake(&self) -> Option<Instant> {
        [self.pace.draw, self.pace.tick, self.pace.meter].into_iter().flatten().min()
    }
}
