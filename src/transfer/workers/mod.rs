//! Moves the objects of a job, one by each worker, and finds them.

pub mod adopt;
pub mod archived;
pub mod clean;
pub mod copy;
pub mod delete;
pub mod destination;
pub mod digest;
pub mod download;
pub mod erase;
pub mod expand;
pub mod finish;
pub mod kept;
pub mod losses;
pub mod moving;
pub mod multipart;
pub mod named;
pub mod pages;
pub mod part;
pub mod put_right;
pub mod ranges;
pub mod reach;
pub mod relay;
pub mod settle;
pub mod sums;
pub mod take_back;
pub mod upload;
