//! User stories: keys in, effects out, without terminal or network.

mod arranging;
mod buckets;
mod marks;
mod paging;
mod side;
mod walking;
mod window;
