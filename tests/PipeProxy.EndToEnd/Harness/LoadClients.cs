using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>How <see cref="LoadClients"/> behave.</summary>
internal sealed record LoadOptions
{
    /// <summary>Where to.</summary>
    public required IPEndPoint Target { get; init; }

    /// <summary>Connections, each with at most one request under way.</summary>
    public int Clients { get; init; } = 120;

    /// <summary>Of all clients together.</summary>
    public double RequestsPerSecond { get; init; } = 200;

    /// <summary>What is asked for.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The method: GET, or POST with a few bytes, which a proxy must not repeat once they were sent.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>How many of the clients keep the cookie that they are given, 0 to 1.</summary>
    public double StickyShare { get; init; } = 0.5;

    /// <summary>How long a client waits for the next byte of an answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Clients on keep-alive connections that send requests at a steady rate until they are stopped. Each failure counts;
/// a client goes on after it on a connection of its own making, so that one cause counts once.
/// </summary>
internal sealed class LoadClients : IAsyncDisposable
{
    private const string CookieName = "StickySessionCookie";
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(5);

    private readonly LoadOptions _options;
    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _due = new(0);
    private readonly LoadTally _sticky = new("with a cookie");
    private readonly LoadTally _plain = new("without");

    // Whom a cookie's value stands for; the same for every client.
    private readonly ConcurrentDictionary<string, string> _owners = new();
    private readonly Task _all;

    private LoadClients(LoadOptions options)
    {
        _options = options;
        int sticky = (int)(options.Clients * options.StickyShare);
        _all = Task.WhenAll(
            [PaceAsync(), .. Enumerable.Range(0, options.Clients).Select(number => RunAsync(number < sticky))]);
    }

    /// <summary>What was seen so far.</summary>
    public LoadReport Report => new(_sticky, _plain, Stopwatch.GetElapsedTime(_begin));

    /// <summary>Starts the clients.</summary>
    public static LoadClients Start(LoadOptions options) => new(options);

    /// <summary>Runs the clients while something happens, and gives what they saw.</summary>
    /// <param name="options">Whom to ask, and how.</param>
    /// <param name="action">What happens; the clients go on for 2 s after it.</param>
    public static async Task<LoadReport> DuringAsync(LoadOptions options, Func<Task> action)
    {
        await using LoadClients clients = Start(options);
        TimeSpan lead = TimeSpan.FromSeconds(2);
        await Eventually.PassAsync(lead);
        await action();
        await Eventually.PassAsync(lead);
        return await clients.StopAsync();
    }

    /// <summary>Sends no further request, waits for the answers under way, and gives the totals.</summary>
    public async Task<LoadReport> StopAsync()
    {
        await _stop.CancelAsync();
        await _all;
        return Report;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _due.Dispose();
    }

    private async Task PaceAsync()
    {
        long released = 0;
        using var timer = new PeriodicTimer(s_pace);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                long due = (long)(Stopwatch.GetElapsedTime(_begin).TotalSeconds * _options.RequestsPerSecond);
                if (due > released)
                {
                    _due.Release((int)(due - released));
                    released = due;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task RunAsync(bool sticky)
    {
        LoadTally tally = sticky ? _sticky : _plain;
        RawClient? client = null;
        Session? session = sticky ? new Session() : null;
        try
        {
            while (true)
            {
                await _due.WaitAsync(_stop.Token);
                client = await AskAsync(client, tally, session);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped; what was under way is over.
        }
        finally
        {
            await CloseAsync(client);
        }
    }

    /// <summary>One request on the connection given, or on a new one; gives the connection for the next.</summary>
    private async Task<RawClient?> AskAsync(RawClient? client, LoadTally tally, Session? session)
    {
        long begin = Stopwatch.GetTimestamp();
        tally.Sending();
        try
        {
            if (client is null)
            {
                client = await RawClient.ConnectAsync(_options.Target, _options.Patience);
                tally.Connected();
            }

            await client.SendAsync(RequestOf(session));
            RawAnswer answer = await client.ReadAnswerAsync();
            Judge(answer, tally, session, Stopwatch.GetElapsedTime(begin));
            if (!client.CloseAnnounced)
            {
                return client;
            }
        }
        catch (WireException error) when (error.Failure == WireFailure.CutInBody)
        {
            tally.BrokeOff();
        }
        catch (WireException error)
        {
            string connection = $"{client?.LocalEndPoint} after {Stopwatch.GetElapsedTime(begin).TotalSeconds:0.000} s";
            tally.Bad(error.Failure.ToString(), Stopwatch.GetElapsedTime(_begin), $"{connection}: {error.Message}");
        }

        await CloseAsync(client);
        return null;
    }

    private byte[] RequestOf(Session? session)
    {
        bool post = _options.Method == "POST";
        (string, string)[] fields =
        [
            .. session?.Cookie is { } cookie ? [("Cookie", $"{CookieName}={cookie}")] : Array.Empty<(string, string)>(),
            .. post ? [("Content-Length", "4")] : Array.Empty<(string, string)>(),
        ];
        byte[] head = RawClient.Request(_options.Method, _options.Path, "localhost", fields);
        return post ? [.. head, .. "body"u8] : head;
    }

    private void Judge(RawAnswer answer, LoadTally tally, Session? session, TimeSpan time)
    {
        string container = answer.Head.Container;
        if (answer.Status != 200)
        {
            Bad($"status {answer.Status}", answer.Text.ReplaceLineEndings(" "));
            return;
        }

        if (container.Length == 0 || !answer.Text.Contains(container, StringComparison.Ordinal))
        {
            Bad("mixed up", $"head of '{container}', body '{answer.Text.Trim()}'");
            return;
        }

        string? given = answer.Head.CookieSet(CookieName);
        string? before = session?.Cookie;
        bool moved = false;
        if (given is not null && _owners.GetOrAdd(given, container) is var owner && owner != container)
        {
            Bad("a cookie of another", $"'{given}' is {owner}, set by {container}");
            return;
        }

        if (given is null && (session is null || before is null))
        {
            Bad("no cookie", $"of {container}");
            return;
        }

        if (session is not null && before is not null)
        {
            string wanted = _owners[before];
            moved = wanted != container;
            if (moved && given is null)
            {
                Bad("wrong container", $"{container} in place of {wanted}, and no new cookie");
                return;
            }

            if (!moved && given is not null)
            {
                Bad("needless cookie", $"'{given}' for '{before}' of the same {container}");
                return;
            }
        }

        if (session is not null)
        {
            session.Cookie = given ?? before;
        }

        tally.Good(container, moved, time);

        void Bad(string failure, string detail) => tally.Bad(failure, Stopwatch.GetElapsedTime(_begin), detail);
    }

    private static ValueTask CloseAsync(RawClient? client) => client?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class Session
    {
        public string? Cookie { get; set; }
    }
}
