//! Files to plain data: where things live, connections, what the user wrote.

pub mod alert;
pub mod connection;
pub mod file;
pub mod keys;
pub mod paths;
pub mod r2;
pub mod remembered;
