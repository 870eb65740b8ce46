//! The compiled program in a pseudo-terminal, read back through a terminal parser.
