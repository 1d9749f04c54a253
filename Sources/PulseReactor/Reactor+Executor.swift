// The one place that tells the compiler what it cannot see: a reactor is confined to its thread,
// and what crosses threads goes through its mailbox.
extension Reactor: @unchecked Sendable {}

extension Reactor: SerialExecutor, TaskExecutor {
    /// Takes a job from any thread; jobs run in the order of arrival.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnThread {
            append(job)
        } else {
            mailbox.post(.job(job))
        }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        unsafe UnownedTaskExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isOnThread, "a shard's state was touched from another thread")
    }

    package func isIsolatingCurrentContext() -> Bool? { isOnThread }

    func run(_ job: UnownedJob) {
        unsafe job.runSynchronously(
            isolatedTo: asUnownedSerialExecutor(),
            taskExecutor: asUnownedTaskExecutor()
        )
    }
}
