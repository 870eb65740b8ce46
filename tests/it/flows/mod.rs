//! User stories: keys in, effects out, without terminal or network.

mod arranging;
mod buckets;
mod changing;
mod clicking;
mod connecting;
mod copying;
mod creating;
mod deleting;
mod doctor;
mod downloading;
mod following;
mod keymap;
mod keys;
mod leaving;
mod linking;
mod marks;
mod paging;
mod queue;
mod role;
mod side;
mod tabs;
mod unfinished;
mod unfolding;
mod uploading;
mod walking;
mod window;
