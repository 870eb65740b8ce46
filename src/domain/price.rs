//! What requests cost, from a dated price table.
