//! How bodies travel: signed here, sent and received on connections of our own.

pub mod body;
pub mod body_pacing;
pub(in crate::s3) mod direct;
pub mod incoming;
pub mod integrity;
pub(in crate::s3) mod sockets;
pub(in crate::s3) mod tunnel;
