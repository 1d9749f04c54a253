import PulseReactor
import Testing

@testable import PulseMonitor

@Suite("Monitor log")
struct MonitorLogTests {
    private func at(_ seconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: seconds * 1_000_000_000)
    }

    @Test("answers are said once")
    func answers() {
        var log = MonitorLog()
        #expect(log.noteAnswer(problem: nil) == [.answering])
        for _ in 0..<10 { #expect(log.noteAnswer(problem: nil).isEmpty) }
    }

    @Test("what is missing is said when it changes")
    func problems() {
        var log = MonitorLog()
        #expect(log.noteAnswer(problem: "no guests") == [.answering, .incomplete("no guests")])
        #expect(log.noteAnswer(problem: "no guests").isEmpty)
        #expect(log.noteAnswer(problem: "no nodes") == [.incomplete("no nodes")])
        #expect(log.noteAnswer(problem: nil).isEmpty)
        #expect(log.noteAnswer(problem: "no nodes") == [.incomplete("no nodes")])
    }

    @Test("a cause is said at once, and how often it came every five minutes")
    func failures() {
        var log = MonitorLog()
        _ = log.noteAnswer(problem: nil)
        #expect(log.noteFailure("down", at: at(0)) == .failing("down"))
        for second in 1..<300 { #expect(log.noteFailure("down", at: at(UInt64(second))) == nil) }
        #expect(log.noteFailure("down", at: at(300)) == .stillFailing("down", times: 300))
        #expect(log.noteFailure("down", at: at(302)) == nil)
        #expect(log.noteFailure("down", at: at(600)) == .stillFailing("down", times: 2))
        #expect(log.noteAnswer(problem: nil) == [.restored(failures: 303)])
        #expect(log.noteFailure("down", at: at(601)) == .failing("down"))
    }

    @Test("another cause is said at once, but not where only its numbers differ")
    func causes() {
        var log = MonitorLog()
        #expect(log.noteFailure("breaks off after 17 bytes", at: at(0)) != nil)
        #expect(log.noteFailure("breaks off after 4711 bytes", at: at(2)) == nil)
        #expect(log.noteFailure("nothing listens", at: at(4)) == .failing("nothing listens"))
        let notice = log.noteFailure("breaks off after 1 bytes", at: at(6))
        #expect(notice == .failing("breaks off after 1 bytes"))
        #expect(log.noteAnswer(problem: nil) == [.answering])
    }
}
