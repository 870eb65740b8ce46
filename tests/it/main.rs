//! Every integration test in one binary, so that the SDK is linked once.
