using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Forwarding;

/// <summary>
/// The end of a connection whose peer reads slowly: what was flushed last is still with us then, and disposing of the
/// connection would destroy it.
/// </summary>
internal static class LastBytes
{
    private const int Interval = 50;

    /// <summary>Completes when all is sent, or when the peer has taken nothing for <paramref name="timeout"/> milliseconds.</summary>
    public static async ValueTask SentAsync(Connection connection, int timeout)
    {
        long unsent = connection.UnsentBytes;
        WorkerTimers timers = connection.Worker.Timers;
        long since = timers.ReadClock();
        while (unsent > 0 && !connection.IsAborted && (timeout <= 0 || timers.ReadClock() - since < timeout))
        {
            await new HeldRequest(connection.Worker).WaitAsync(Interval);
            long now = connection.UnsentBytes;
            if (now != unsent)
            {
                since = timers.ReadClock();
            }

            unsent = now;
        }
    }
}
