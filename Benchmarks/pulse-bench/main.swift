import ArgumentParser
import Glibc

// Exit codes: 0 done, 1 failed at run time, 2 wrong usage.
do {
    var command = try PulseBench.parseAsRoot()
    try command.run()
} catch let failure as BenchFailure {
    print("pulse-bench: \(failure)")
    exit(1)
} catch {
    // --help comes this way too.
    guard PulseBench.exitCode(for: error) == .success else {
        print("pulse-bench: \(PulseBench.message(for: error)) (see pulse-bench --help)")
        exit(2)
    }
    print(PulseBench.fullMessage(for: error))
}
