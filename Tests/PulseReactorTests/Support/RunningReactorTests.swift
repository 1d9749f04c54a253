import PulseTestSupport
import Testing

/// Tests that run a reactor, one after the other: side by side they would only wait for a core.
@Suite("With a running reactor", .serialized, .endsWhenItHangs)
enum RunningReactorTests {}
