//! The engine moving bytes: round trips, bad days, resumption, hostile names.
//!
//! Each bad day that transfers have to survive, and the test that gives it to them. `table` stands
//! for `table::no_fault_loses_a_byte_or_is_called_a_success`, which meets every request of every
//! way with every fault; `crash` for
//! `crash::a_world_that_stops_after_any_fact_goes_on_as_if_it_had_not` and, with real kills,
//! `cli::crash::a_queue_killed_at_random_moments_ends_with_the_same_bytes`.
//!
//! - a body is cut at some byte: `table` (`Cut`);
//!   `faults::a_range_goes_on_where_it_was_cut_as_long_as_every_try_brings_something`
//! - a body ends early, with no length told: `table` (`EndEarly`, `whole`)
//! - a body is always short:
//!   `faults::a_body_that_is_always_short_or_wrong_never_replaces_the_old_file`
//! - the object is replaced between ranges:
//!   `faults::an_object_replaced_between_ranges_is_never_mixed`,
//!   `…again_and_again_fails_as_changed`
//! - a range is ignored: `table` (`IgnoreRange`);
//!   `faults::a_server_that_ignores_ranges_is_read_in_one_stream`
//! - a body is longer than promised: `table` (`RunOn`)
//! - one bit is another: `table` (`Flip`)
//! - the edge unpacks the body, no length: `table` (`Way::Down`, `content-length`);
//!   `between::an_object_of_unknown_length_is_refused_with_the_reason`
//! - the disk is full: `cli::disk::a_full_disk_is_said_and_costs_no_file`;
//!   `cli::pipes::a_full_disk_behind_stdout_is_said`
//! - `kill -9`, power cut: `crash`
//! - the target becomes a link, its folder is swapped:
//!   `collisions::a_destination_that_becomes_a_link_meanwhile_is_not_followed`,
//!   `…a_folder_swapped_for_a_link_meanwhile_gets_nothing`
//! - empty, exactly of parts, more than 10,000 parts:
//!   `round_trips::files_of_any_size_are_stored_as_they_are`; `domain::parts`
//! - a part is reset at its end: `table` (`Reset`, `LoseAnswer` on `UploadPart`)
//! - the source shrinks, grows, is edited or deleted:
//!   `disk::a_source_that_changes_in_any_way_makes_no_object`;
//!   `faults::a_file_changed_while_it_is_sent_makes_no_object`
//! - Complete answers 200 with an error in it: `table` (`ErrorInside`);
//!   `pipes::bad_days_lose_nothing_of_a_stream_and_leave_nothing_behind`
//! - equal parts, after a resumption too (R2):
//!   `resume::an_upload_killed_at_any_request_goes_on`;
//!   `servers::bad_days_on_either_side_lose_nothing`
//! - the upload id expired: `resume::an_upload_that_expired_starts_afresh_and_says_so`
//! - 429, 503, 520, `Retry-After`: `table`; `waits::throttling_is_told_and_survived`
//! - a checksum header is refused:
//!   `promises::a_server_without_conditional_completion_still_takes_large_files`;
//!   `contract::same_by_sdk`
//! - the object appears between look and PUT:
//!   `guards::who_may_not_list_stores_what_is_new_and_nothing_over_what_is_not`;
//!   `promises::a_copy_that_goes_on_overwrites_nothing_that_came_meanwhile`
//! - If-None-Match is taken and ignored:
//!   `guards::a_server_that_ignores_conditions_is_found_out_and_said`
//! - cancel at any time: `control::cancel_aborts_the_upload_and_removes_the_part_file`;
//!   `promises::an_upload_cancelled_while_it_is_begun_is_aborted`; `cli::interrupt`
//! - link loops, pipes, sockets, unreadable files:
//!   `local_files::what_cannot_be_sent_is_reported_and_the_rest_is_sent`;
//!   `faults::links_and_pipes_below_a_folder_are_reported_and_not_followed`
//! - a copy onto or into itself:
//!   `between::a_move_onto_or_into_itself_is_refused_with_no_request`;
//!   `servers::two_names_of_one_server_are_known_by_its_address`
//! - a copy fails in the middle of a move:
//!   `between::a_move_whose_copy_fails_leaves_that_source_and_finishes_later`
//! - what describes a large object, its source changes:
//!   `promises::a_large_copy_goes_in_parts_and_carries_all_that_it_can`;
//!   `between::a_source_that_changes_on_the_way_is_never_mixed`
//! - keys that DeleteObjects did not delete:
//!   `round_trips::prefixes_are_copied_and_deleted_to_the_last_key_and_no_further`
//! - `foo/` beside `foobar/` and `foo`: the same;
//!   `cli::verbs::rm_takes_what_is_named_and_no_more`
//! - a delete goes on another day:
//!   `leaving::a_delete_that_goes_on_later_leaves_what_was_stored_meanwhile`
//! - a listing in a circle, a key named twice:
//!   `faults::a_listing_in_a_circle_fails_the_job_and_says_that_it_is_partial`;
//!   `disk::a_listing_that_names_a_key_twice_is_moved_once`
//! - a prefix of any keys, listed by several cursors, that breaks or is throttled: `listings`
//! - the session expires, the clock is off:
//!   `waits::keys_that_run_out_are_asked_for_again_and_waited_for`; `table` (`ExpiredToken`)
//! - slow links, no network for hours: `table` (`Trickle`, `Delay`, `Stall`);
//!   `waits::a_job_outlives_any_number_of_tries_without_a_network`
//! - a certificate that is not to be trusted:
//!   `trust::neither_way_to_a_server_sends_anything_past_a_wrong_certificate`; `cli::secure`
//! - keys that lead out of the folder, reserved names:
//!   `hostile::no_key_leaves_the_folder_and_none_is_lost`; `collisions`
//! - files with holes, times before 1970:
//!   `local_files::a_sparse_file_and_one_from_before_1970_arrive_as_they_are`
//! - memory: `cli::memory`; `promises::many_bodies_never_hold_more_memory_than_allowed`
//! - secrets in what is kept: `cli::secrets::nothing_that_is_written_names_a_secret`; `crash`

mod apart;
mod archived;
mod between;
mod collisions;
mod conditions;
mod control;
mod crash;
mod destinations;
mod disk;
mod dropping;
mod elsewhere;
mod fake;
mod faults;
mod guards;
mod harness;
mod hostile;
mod journal;
mod leaving;
mod listings;
mod local_files;
mod midway;
mod pipes;
mod promises;
mod resume;
mod round_trips;
mod rows;
mod server;
mod servers;
mod table;
mod told;
mod trust;
mod truth;
mod verified;
mod waits;
