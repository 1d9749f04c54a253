/// What the open tick has changed of a stream; it ends with the tick.
package struct StreamDelta {
    let view: StreamView
    let change: TickChange
}
