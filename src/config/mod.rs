//! Files to plain data: where things live, connections, what the user wrote.

pub mod connection;
