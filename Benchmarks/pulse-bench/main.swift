import ArgumentParser
import Glibc

// Exit codes: 0 done, 1 failed at run time, 2 wrong usage.
do {
    var command = try PulseBench.parseAsRoot()
    try command.run()
} catch {
    switch PulseBench.exitCode(for: error) {
    case .success:
        // --help comes this way.
        print(PulseBench.fullMessage(for: error))
    case .validationFailure:
        print("pulse-bench: \(PulseBench.message(for: error)) (see pulse-bench --help)")
        exit(2)
    default:
        print("pulse-bench: \(error)")
        exit(1)
    }
}
