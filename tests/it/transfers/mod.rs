//! The engine against the embedded server and scripted faults.
