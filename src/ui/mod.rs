//! Painting: a pure function of the interface state.
