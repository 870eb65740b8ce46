//! The compiled program in a pseudo-terminal, read back through a terminal parser.

mod demo;
mod leaving;
mod session;
mod story;
