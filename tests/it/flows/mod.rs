//! User stories: keys in, effects out, without terminal or network.
