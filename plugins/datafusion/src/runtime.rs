//! The threads that queries run on, and how a caller's thread waits for them.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use data_validator_plugin::{EngineError, ErrorClass};
use futures::FutureExt;
use futures::channel::oneshot;
use tokio::task::AbortHandle;

/// The engine's own tokio runtime. The caller's thread never enters it, so it does not matter whether
/// that thread belongs to another one.
#[derive(Debug)]
pub struct Runtime(Option<tokio::runtime::Runtime>);

/// A task that is stopped when this is dropped.
#[derive(Debug)]
pub struct StoppedOnDrop(AbortHandle);

impl Drop for StoppedOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Plans of deep expressions are walked by recursion.
const STACK_BYTES: usize = 8 << 20;

impl Runtime {
    pub fn start() -> Result<Arc<Self>, EngineError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("datafusion")
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()
            .map_err(|error| {
                let message = format!("starting the threads of DataFusion: {error}");
                EngineError::new(ErrorClass::Resource, message)
            })?;
        Ok(Arc::new(Self(Some(runtime))))
    }

    /// Begins a task. What it gives arrives in the receiver, which ends without a value if the task is stopped.
    pub fn begin<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, EngineError>> + Send + 'static,
    ) -> Result<(StoppedOnDrop, Answer<T>), EngineError> {
        let runtime = self.0.as_ref().ok_or_else(|| {
            EngineError::new(ErrorClass::InvalidState, "the engine has been shut down")
        })?;
        let (give, answer) = oneshot::channel();
        let guarded = async move {
            let caught = AssertUnwindSafe(task).catch_unwind().await;
            // Nobody listens to a task that was given up.
            let _ = give.send(caught.unwrap_or_else(|panic| Err(panicked(&*panic))));
        };
        let handle = runtime.spawn(guarded);
        Ok((StoppedOnDrop(handle.abort_handle()), answer))
    }
}

/// What a task will give.
pub type Answer<T> = oneshot::Receiver<Result<T, EngineError>>;

/// Waiting for tasks that hang would hang the caller, and would panic on a thread of another runtime.
impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A panic as an error.
pub fn panicked(panic: &(dyn std::any::Any + Send)) -> EngineError {
    let told = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    let told = told.unwrap_or_else(|| "no message".into());
    EngineError::new(
        ErrorClass::Internal,
        format!("DataFusion panicked: {told}; this is a defect, please report it with the query"),
    )
}

/// Runs a future on this thread, which sleeps while the future waits.
///
/// Neither tokio's nor the crate `futures`' `block_on` would do: both refuse a thread on which one runs already.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_task_is_an_error() {
        let runtime = Runtime::start().unwrap();
        let (_task, answer) = runtime
            .begin(async {
                assert!(std::hint::black_box(false), "on purpose");
                Ok(())
            })
            .unwrap();
        let error = wait(answer).unwrap().unwrap_err();
        assert_eq!(error.class, ErrorClass::Internal);
        assert!(error.message.contains("on purpose"), "{}", error.message);
    }

    #[test]
    fn a_runtime_works_and_ends_within_another_one() {
        let other = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let answered = other.block_on(async {
            let runtime = Runtime::start().unwrap();
            let (_task, answer) = runtime.begin(async { Ok(7) }).unwrap();
            let answered = wait(answer).unwrap();
            drop(runtime);
            answered
        });
        assert_eq!(answered, Ok(7));
    }

    #[test]
    fn a_task_that_never_ends_does_not_keep_the_runtime_from_ending() {
        let runtime = Runtime::start().unwrap();
        let (task, answer) = runtime
            .begin(std::future::pending::<Result<(), EngineError>>())
            .unwrap();
        drop(task);
        assert!(wait(answer).is_err(), "a stopped task gives nothing");
        let (_task, _answer) = runtime
            .begin(std::future::pending::<Result<(), EngineError>>())
            .unwrap();
        drop(runtime);
    }
}
