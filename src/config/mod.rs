//! Files to plain data: where things live, connections, what the user wrote.

pub mod alert;
pub mod aws_settings;
pub mod cloudflare;
pub mod connection;
pub mod crash;
pub mod draft;
pub mod edit;
pub mod file;
pub mod import;
mod ini;
pub mod kept;
pub mod keys;
pub mod network;
pub mod origins;
pub mod pasted;
pub mod paths;
pub mod pointed;
pub mod profiles;
pub mod proxy;
pub mod r2;
pub mod remembered;
pub mod ring;
pub mod role;
pub mod saving;
pub mod secret;
pub mod themes;
