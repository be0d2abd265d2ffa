//! The rows of one side in the order of their keys, with memory for a part of them.

use std::collections::VecDeque;

use arrow::array::{Array, StructArray};
use data_validator_plugin::{Call, EngineError, Relation, Session};

use super::side::NextBatch;
use crate::engines::decode::Batches;
use crate::plan::sql::Numbered;

/// So many rows are taken from a copy at a time.
const ROWS_OF_A_PAGE: u64 = 1 << 18;

/// The queries for a side.
pub struct SideQueries {
    /// A name for a copy, of no attached source.
    pub name: String,
    /// All rows in order.
    pub ordered: String,
    /// The same rows with the number of each.
    pub numbered: Numbered,
}

impl SideQueries {
    /// Has the rows read.
    ///
    /// An engine that keeps copies may hold the whole result of a query in memory, so the rows are copied in
    /// order to where it keeps what does not fit, and read in pages. From others they come as they are made.
    ///
    /// # Errors
    /// Those of the engine before the first row.
    pub fn read<T>(
        &self,
        session: &mut dyn Session,
        call: &Call,
        read: impl FnOnce(NextBatch<'_>) -> T,
    ) -> Result<T, EngineError> {
        let columns: Vec<&str> = self.numbered.columns.iter().map(String::as_str).collect();
        let numbered = &self.numbered.relation;
        let Some(copy) = session.materialise(&self.name, numbered, &columns, call)? else {
            let mut stream = session.query(&self.ordered, call)?;
            let mut batches = Batches::of(&mut *stream)?;
            return Ok(read(&mut || batches.next_batch()));
        };
        let mut pages = Pages {
            behind: 0,
            batches: VecDeque::new(),
        };
        let all = read(&mut || pages.next_batch(self, session, &copy, call));
        // A copy that stays takes room and does no harm.
        let _ = session.detach(&self.name, call);
        Ok(all)
    }
}

struct Pages {
    behind: u64,
    batches: VecDeque<StructArray>,
}

impl Pages {
    fn next_batch(
        &mut self,
        queries: &SideQueries,
        session: &mut dyn Session,
        copy: &Relation,
        call: &Call,
    ) -> Result<Option<StructArray>, EngineError> {
        if self.batches.is_empty() {
            let page = queries.numbered.page(copy, self.behind, ROWS_OF_A_PAGE);
            let mut stream = session.query(&page, call)?;
            let mut batches = Batches::of(&mut *stream)?;
            while let Some(batch) = batches.next_batch()? {
                self.behind += batch.len() as u64;
                self.batches.push_back(batch);
            }
        }
        Ok(self.batches.pop_front())
    }
}
