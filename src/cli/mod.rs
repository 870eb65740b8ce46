//! The imperative shell of the command line.
