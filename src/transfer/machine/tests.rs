//! The machine under any order of facts.
