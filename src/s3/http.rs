//! Moves bodies on connections of our own, signed here.

pub mod body;
pub mod body_pacing;
pub mod crc64nvme;
pub(in crate::s3) mod direct;
pub mod incoming;
pub mod integrity;
pub(in crate::s3) mod sockets;
pub(in crate::s3) mod tunnel;
