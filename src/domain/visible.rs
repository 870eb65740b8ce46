//! Makes remote text visible before it reaches a cell, a title, a log or stdout.
