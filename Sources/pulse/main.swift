import ArgumentParser
import Glibc
import PulseLoad
import PulseReactor
import PulseServer
import PulseSimulator
import PulseStore

/// Says in one line what went wrong, and ends the process.
func fail(_ message: String, code: Int32) -> Never {
    let line = Array("pulse: \(message)\n".utf8)
    _ = unsafe write(STDERR_FILENO, line, line.count)
    // What libraries do at an exit they would do under threads that may still run.
    _exit(code)
}

// Exit codes: 0 done, 1 failed at run time, 2 wrong usage or configuration.
do {
    var command = try Pulse.parseAsRoot()
    try command.run()
} catch let error as ConfigurationError {
    fail(error.description, code: 2)
} catch let error as ListenError {
    fail(error.description, code: 1)
} catch let error as ShardFailure {
    fail(error.description, code: 1)
} catch let error as SystemError {
    fail(error.description, code: 1)
} catch let error as DataFolderError {
    fail(error.description, code: 1)
} catch let error as SimulatorError {
    fail(error.description, code: 1)
} catch let error as SimulateFailure {
    fail(error.description, code: 1)
} catch let error as LoadFailure {
    fail(error.description, code: 1)
} catch let code as ExitCode where code == .failure {
    // What failed was said already.
    exit(code.rawValue)
} catch {
    // --help and --version come this way too.
    guard Pulse.exitCode(for: error) == .success else {
        fail("\(Pulse.message(for: error)) (see pulse --help)", code: 2)
    }
    print(Pulse.fullMessage(for: error))
}
