//! A real S3 server on loopback, in the process.
