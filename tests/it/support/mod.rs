//! Drivers that the tests share.
