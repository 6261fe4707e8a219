//! What becomes of bundles, on both databases alike: by black box, from logs that gates wrote.
//!
//! `tools/postgres-test.sh` runs them with a server of PostgreSQL; without one its half says that it was not run.

#[path = "common/mod.rs"]
mod common;

#[path = "archive/carried.rs"]
mod carried;
#[path = "archive/crowd.rs"]
mod crowd;
#[path = "archive/forks.rs"]
mod forks;
#[path = "archive/partitions.rs"]
mod partitions;
#[path = "archive/receipts.rs"]
mod receipts;
#[path = "archive/refused.rs"]
mod refused;
#[path = "archive/s3.rs"]
mod s3;
#[path = "archive/tampered.rs"]
mod tampered;
#[path = "archive/tls.rs"]
mod tls;

/// Runs each test on both databases.
macro_rules! both {
    ($($module:ident :: $name:ident,)+) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::$module::$name(crate::common::Engine::Sqlite);
            })+
        }

        mod postgres {
            $(#[test]
            fn $name() {
                if crate::common::Engine::Postgres.is_there() {
                    super::$module::$name(crate::common::Engine::Postgres);
                }
            })+
        }
    };
}

both! {
    carried::twice_is_once,
    carried::out_of_order_waits_for_what_is_missing,
    carried::a_growing_log_overlaps,
    carried::later_parts_begin_at_the_receipt,
    carried::a_checkpoint_without_leaves_is_known,
    carried::days_of_any_clock_are_taken,
    carried::files_are_removed_when_they_are_kept,
    crowd::a_hundred_gates_at_once,
    crowd::two_intakes_at_once,
    crowd::verified_while_two_intakes_write,
    crowd::killed_at_any_moment_it_goes_on,
    forks::both_sides_of_a_clone_are_kept,
    forks::a_log_put_back_from_a_backup,
    forks::a_shorter_log_that_differs,
    forks::a_log_whose_start_differs,
    forks::so_many_forks_are_kept_and_no_more,
    forks::a_waiting_fork_beyond_them_is_not_lost,
    receipts::what_is_new_is_receipted_once,
    receipts::a_receipt_that_was_lost_is_written_again,
    receipts::a_note_full_of_signatures_is_receipted,
    receipts::one_gate_without_a_receipt_stops_no_other,
    refused::cut_at_every_length,
    refused::every_byte_flipped,
    refused::of_nobody_and_to_nobody,
    refused::refused_before_its_gate_was_enrolled,
    refused::again_for_another_reason,
    refused::so_many_are_kept_and_no_more,
    refused::what_its_gate_signed_wrongly,
    refused::a_proof_that_proves_nothing,
    refused::a_gate_under_the_name_of_another,
    refused::what_cannot_be_compared_any_more,
    tampered::each_change_has_its_name,
    tampered::a_whole_log_replaced,
    tampered::leaves_that_were_dropped_are_missing_and_nothing_else,
    tampered::only_an_archive_of_this_format_is_opened,
}
