import PulseReactor
import Testing

@testable import PulseServer

@Suite("The text of metrics")
struct MetricsTextTests {
    private func text(_ body: (inout MetricsText) -> Void) -> [String] {
        var text = MetricsText()
        body(&text)
        let lines = String(decoding: text.bytes, as: UTF8.self)
        return lines.split(separator: "\n").map(String.init)
    }

    @Test("a family has its help and its type in front of its samples")
    func family() {
        let lines = text { text in
            text.family("pulse_x_total", .counter, "What it is.")
            text.sample(0)
            text.sample(18_446_744_073_709_551_615, [("a", "1"), ("b", "2")])
        }
        #expect(
            lines == [
                "# HELP pulse_x_total What it is.", "# TYPE pulse_x_total counter",
                "pulse_x_total 0", "pulse_x_total{a=\"1\",b=\"2\"} 18446744073709551615",
            ]
        )
    }

    @Test("a label's value may hold anything")
    func escapes() {
        let lines = text { text in
            text.family("x", .gauge, "X.")
            text.sample(1, [("a", "\\ \" \n ü")])
        }
        #expect(lines.last == "x{a=\"\\\\ \\\" \\n ü\"} 1")
    }

    @Test(
        "times are seconds, exactly",
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_000_000_000, "1"), (1_500_000_000, "1.5"),
            (100_000, "0.0001"), (UInt64.max, "18446744073.709551615"),
        ] as [(UInt64, String)]
    )
    func seconds(nanoseconds: UInt64, written: String) {
        let lines = text { text in
            text.family("x", .gauge, "X.")
            text.sample(seconds: nanoseconds)
        }
        #expect(lines.last == "x \(written)")
    }

    @Test("buckets count everything up to their bound")
    func histogram() {
        var histogram = TimeHistogram()
        for nanoseconds: UInt64 in [50_000, 2_000_000, 3_000_000, 9_000_000_000] {
            histogram.add(nanoseconds)
        }
        let lines = text { text in
            text.family("x", .histogram, "X.")
            text.sample(histogram, [("thread", "0")])
        }
        #expect(
            lines.dropFirst(2) == [
                "x_bucket{thread=\"0\",le=\"0.0001\"} 1", "x_bucket{thread=\"0\",le=\"0.001\"} 1",
                "x_bucket{thread=\"0\",le=\"0.005\"} 3", "x_bucket{thread=\"0\",le=\"0.01\"} 3",
                "x_bucket{thread=\"0\",le=\"0.05\"} 3", "x_bucket{thread=\"0\",le=\"0.25\"} 3",
                "x_bucket{thread=\"0\",le=\"1\"} 3", "x_bucket{thread=\"0\",le=\"+Inf\"} 4",
                "x_sum{thread=\"0\"} 9.00505", "x_count{thread=\"0\"} 4",
            ]
        )
    }
}
