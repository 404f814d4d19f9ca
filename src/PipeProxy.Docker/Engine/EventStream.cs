using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace PipeProxy.Docker.Engine;

/// <summary>The engine's events, one JSON object a line, until the engine ends the stream or sends what is none.</summary>
internal sealed class EventStream(Stream stream) : IAsyncDisposable
{
    /// <summary>An event carries its container's labels; longer than this it is no event.</summary>
    private const int LineLimit = 4 * 1024 * 1024;

    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>
    /// Hands every event to <paramref name="take"/>, upon the thread pool. Returns when the engine ends the stream; throws
    /// <see cref="InvalidDataException"/> on a line that is no event, since what it was to say is lost.
    /// </summary>
    public async Task ReadAsync(Action<EngineEvent> take, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellation);
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                Take(buffer.Slice(0, end), take);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (buffer.Length > LineLimit)
            {
                throw new InvalidDataException("a line of the event stream is longer than 4 MiB");
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return; // Half a line at the end says nothing.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await stream.DisposeAsync();
    }

    private static void Take(ReadOnlySequence<byte> line, Action<EngineEvent> take)
    {
        var json = new Utf8JsonReader(line);
        try
        {
            if (line.IsEmpty || (line.Length == 1 && line.FirstSpan[0] == (byte)'\r'))
            {
                return;
            }

            if (JsonSerializer.Deserialize(ref json, EngineEventJson.Default.EngineEvent) is { } happened)
            {
                take(happened);
            }
        }
        catch (JsonException)
        {
            // The line itself may hold anything and is not repeated.
            throw new InvalidDataException("a line of the event stream is not an event");
        }
    }
}
