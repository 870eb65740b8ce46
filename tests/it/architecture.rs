//! The rules of the house: who may name whom, how long a file may be, what every action has.
