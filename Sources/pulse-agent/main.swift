import ArgumentParser
import Glibc
import PulseReactor

/// Says in one line what went wrong, and ends the process.
func fail(_ message: String, code: Int32) -> Never {
    let line = Array("pulse-agent: \(message)\n".utf8)
    _ = unsafe write(STDERR_FILENO, line, line.count)
    exit(code)
}

// Exit codes: 0 done, 1 failed at run time, 2 wrong usage or configuration.
do {
    let command = try PulseAgentCommand.parse()
    try command.run()
} catch let error as UsageError {
    fail("\(error) (see pulse-agent --help)", code: 2)
} catch let error as SystemError {
    fail(error.description, code: 1)
} catch let error as NotDelivered {
    fail(error.description, code: 1)
} catch {
    // --help and --version come this way too.
    guard PulseAgentCommand.exitCode(for: error) == .success else {
        fail("\(PulseAgentCommand.message(for: error)) (see pulse-agent --help)", code: 2)
    }
    print(PulseAgentCommand.fullMessage(for: error))
}
