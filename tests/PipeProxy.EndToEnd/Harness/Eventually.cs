using System.Diagnostics;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>Waits for something that happens in another process, where there is nothing to await.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks every 50 ms until the answer is not null; a network or process error is a "not yet".</summary>
    /// <returns>The first answer that is not null.</returns>
    /// <exception cref="TimeoutException">None came within <paramref name="limit"/>; names what was waited for and the last error.</exception>
    public static async Task<T> GetAsync<T>(string what, TimeSpan limit, Func<Task<T?>> ask)
        where T : class
    {
        long begin = Stopwatch.GetTimestamp();
        Exception? last = null;
        using var timer = new PeriodicTimer(s_step);
        do
        {
            try
            {
                if (await ask() is { } answer)
                {
                    return answer;
                }

                last = null;
            }
            catch (Exception error) when (error is IOException or WireException or InvalidOperationException
                or System.Net.Sockets.SocketException)
            {
                last = error;
            }
        }
        while (Stopwatch.GetElapsedTime(begin) < limit && await timer.WaitForNextTickAsync());

        throw new TimeoutException($"waited {limit.TotalSeconds:0.#} s for {what}; last: {last?.Message ?? "not so"}", last);
    }

    /// <summary>As <see cref="GetAsync{T}"/>, for a condition.</summary>
    public static Task BecomesTrueAsync(string what, TimeSpan limit, Func<Task<bool>> ask) =>
        GetAsync(what, limit, async () => await ask() ? "yes" : null);

    /// <summary>Lets real time pass: the thing under test is that something still holds after it.</summary>
    public static async Task PassAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }
}
