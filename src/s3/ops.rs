//! Groups what is asked of a server: buckets, listings, objects, copies, uploads in parts, links.

pub(in crate::s3) mod acl;
pub(in crate::s3) mod bucket_pages;
pub(in crate::s3) mod bucket_seen;
pub(in crate::s3) mod buckets;
pub(in crate::s3) mod copy;
pub(in crate::s3) mod delete;
pub(in crate::s3) mod download;
pub(in crate::s3) mod headers;
pub(in crate::s3) mod list;
pub(in crate::s3) mod locks;
mod measure;
pub(in crate::s3) mod multipart;
pub(in crate::s3) mod objects;
pub mod pages;
pub(in crate::s3) mod permits;
pub(in crate::s3) mod plainly;
pub(in crate::s3) mod presign;
pub mod restore;
pub mod rewrite;
pub mod saving;
pub(in crate::s3) mod settings;
pub(in crate::s3) mod tags;
pub(in crate::s3) mod unfinished;
pub mod whole;
