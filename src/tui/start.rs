//! Opens the browser and ends it; it paints before it sends anything.

use std::env;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{self, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::app::event::Event;
use crate::app::layout::WindowSize;
use crate::app::session::Startup;
use crate::app::spot::Spots;
use crate::app::state::State;
use crate::config::crash;
use crate::config::paths::Folders;
use crate::config::remembered::Remembered;
use crate::transfer::engine::{Connect, Engine};
use crate::transfer::remote::Remote;
use crate::transfer::tuning::Tuning;
use crate::tui::clients::Clients;
use crate::tui::connections::ConnectionStore;
use crate::tui::input::read_on_thread;
use crate::tui::input_gate::InputGate;
use crate::tui::looking::Looks;
use crate::tui::picture_protocol::picture_protocol;
use crate::tui::pictures::Pictures;
use crate::tui::run::{Loop, LoopEnd, LoopPace};
use crate::tui::runner::{News, Runner};
use crate::tui::signals;
use crate::tui::startup::default_theme;
use crate::tui::state_files::StateFiles;
use crate::tui::terminal::{Screen, give_back};
use crate::ui::theme::Theme;

/// How long the engine has to come to a recorded point when the user leaves.
const ENDING: Duration = Duration::from_secs(5);

/// Everything a browser is opened with.
pub struct Start {
    pub startup: Startup,
    /// Before what the environment asks for; `None` is the one that suits the terminal.
    pub theme: Option<Theme>,
    pub remembered: Remembered,
    /// `None` where nothing is to be written (demo); so for the journal.
    pub folders: Option<Folders>,
    pub journal: Option<PathBuf>,
    /// Where requests run.
    pub runtime: Runtime,
}

/// Paints, then does `before_requests`, then lets the first requests go.
pub fn open_browser(start: Start, before_requests: impl FnOnce()) -> io::Result<LoopEnd> {
    let Start { startup, theme, remembered, folders, journal, runtime } = start;
    let settings = startup.settings.clone();
    let interface = runtime::Builder::new_current_thread().enable_time().build()?;
    let _entered = interface.enter();
    let (news, news_received) = unbounded_channel();
    let (keys, keys_received) = unbounded_channel();
    let on_panic = news.clone();
    let ours = thread::current().id();
    crash::on_panic(move || {
        // The loop gives the terminal back in order, unless it is the loop that panics.
        if thread::current().id() == ours {
            give_back();
        } else {
            let _ = on_panic.send(News::Panicked);
        }
    });
    let on_signal = news.clone();
    signals::listen(move |signal| drop(on_signal.send(News::Signal(signal))))?;
    let set = |name: &str| env::var(name).ok();
    let protocol = picture_protocol(settings.ui.pictures, set);
    let far = set("SSH_TTY").is_some() || set("SSH_CONNECTION").is_some();
    let screen = Screen::take(Pictures::new(protocol, far))?;
    let (width, height) = screen.size()?;
    let on_refusal = news.clone();
    let tell = move |server, told| {
        // The loop is gone only at the end.
        drop(on_refusal.send(News::Event(Event::Refusal { server, news: told })));
    };
    let (connections, refused) = (startup.connections.clone(), remembered.refused.clone());
    let clients = Arc::new(Clients::new(connections, refused, tell));
    if let Some((bucket, access)) = startup.access.clone() {
        clients.know_access(&startup.current, &bucket, access, false);
    }
    let theme = theme.unwrap_or_else(default_theme).with_icons(settings.ui.icons);
    let theme = adapted(theme, startup.ascii);
    let (state, effects) = State::new(startup, WindowSize { width, height });
    let tuning =
        Tuning { journal: journal.clone(), rate: settings.transfers.limit, ..Tuning::default() };
    let engine = engine(tuning, &clients, &runtime, news.clone());
    let on_unsaved = news.clone();
    let not_saved = move |preference, error| {
        // The loop is gone only at the end.
        drop(on_unsaved.send(News::Event(Event::NotSaved { preference, error })));
    };
    let runner = Runner::new(
        runtime.handle().clone(),
        ConnectionStore {
            clients: Arc::clone(&clients),
            config_file: folders.as_ref().map(Folders::config_file),
        },
        engine,
        StateFiles::new(remembered, folders, runtime.handle().clone(), not_saved),
        journal,
        news.clone(),
        Looks::new(protocol.is_some()),
    );
    let pace = LoopPace::default();
    let gate = InputGate::default();
    let mut turning = Loop {
        screen,
        state,
        theme,
        runner,
        clients,
        keys: keys_received,
        news: news_received,
        pace,
        spots: Spots::default(),
        gate: gate.clone(),
        waiting: Vec::new(),
    };
    // A window may be closed before its first frame; the end is in order then, too.
    let ended = catch_unwind(AssertUnwindSafe(|| {
        turning.paint()?;
        read_on_thread(keys, gate);
        before_requests();
        turning.perform(effects);
        interface.block_on(turning.run())
    }));
    let ended = ended.unwrap_or(Ok(LoopEnd::Panicked));
    let Loop { screen, state, mut runner, .. } = turning;
    if let Some(place) = state.last_place() {
        runner.remember_place(place, state.session.recent.clone());
    }
    drop(screen);
    // Past the time the journal has what is unfinished, or the queue was in memory anyway.
    let _ = interface.block_on(async { timeout(ENDING, runner.shut_down()).await });
    runtime.shutdown_background();
    ended
}

/// The engine's news reach the loop in their order.
fn engine(
    tuning: Tuning,
    clients: &Arc<Clients>,
    runtime: &Runtime,
    news: UnboundedSender<News>,
) -> Engine {
    let clients = Arc::clone(clients);
    let connect: Connect =
        Arc::new(move |name| Ok(Arc::new(clients.get(name)?.sending_once()) as Arc<dyn Remote>));
    let (transfers, mut transferred): (_, UnboundedReceiver<_>) = unbounded_channel();
    runtime.spawn(async move {
        while let Some(event) = transferred.recv().await {
            if news.send(News::Event(Event::Transfer(event))).is_err() {
                return;
            }
        }
    });
    Engine::start(tuning, connect, transfers)
}

fn adapted(theme: Theme, ascii: bool) -> Theme {
    let colourless = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let theme = if colourless { theme.without_color() } else { theme };
    if ascii { theme.ascii() } else { theme }
}
