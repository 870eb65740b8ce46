//! The imperative shell of the terminal.
