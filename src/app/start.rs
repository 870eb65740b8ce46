//! The first state and the first effects.

use crate::app::context::Move;
use crate::app::effect::Effect;
use crate::app::keymap::Keymap;
use crate::app::layout::Size;
use crate::app::moves::perform;
use crate::app::session::{Session, Startup};
use crate::app::state::{Asked, State};
use crate::app::toasts::Level;

impl State {
    /// Opens the buckets and the location the user named, which needs no leave to list buckets.
    pub fn new(startup: Startup, size: Size) -> (State, Vec<Effect>) {
        let (keymap, key_problems) = Keymap::with(&startup.keys);
        let (now, open, problems) = (startup.now, startup.open.clone(), startup.problems.clone());
        let first = startup.first;
        let mut state = State::empty(Session::new(startup), keymap, size);
        state.now = now;
        let mut asked = Asked::default();
        if first {
            state.with(now, &mut asked, |parts, cx| parts.connecting.welcome(cx));
        } else {
            state.with(now, &mut asked, |parts, cx| parts.buckets.start(cx));
        }
        asked.moves.push(Move::Open(open));
        let key_problems = key_problems.into_iter().map(|text| format!("keymap.toml: {text}"));
        for text in problems.into_iter().chain(key_problems) {
            asked.moves.push(Move::Toast { level: Level::Problem, text });
        }
        perform(&mut state, now, &mut asked);
        (state, asked.effects)
    }
}
