//! The compiled program in a pseudo-terminal, read back through a terminal parser.

mod bad_days;
mod connecting;
mod demo;
mod in_place;
mod keymap;
mod leaving;
mod panics;
mod pictures;
mod role;
mod session;
mod story;
