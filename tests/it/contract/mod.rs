//! Every call of the client over the wire, against the embedded server and any server named by environment.
