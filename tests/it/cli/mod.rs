//! The compiled program's verbs as a process.
