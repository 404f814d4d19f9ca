using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>A program that listens, started by a test and ended with it: the proxy, or the stand-in application.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ServerProcess(Process process, IPEndPoint address)
    {
        (_process, Address) = (process, address);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>What it has written so far, both outputs.</summary>
    public string Log => string.Join('\n', _lines);

    /// <summary>Starts the proxy with these flags and an entry point of its own, and waits until it accepts.</summary>
    /// <exception cref="InvalidOperationException">It ended before; with its log.</exception>
    public static Task<ServerProcess> StartProxyAsync(params string[] flags)
    {
        var address = new IPEndPoint(IPAddress.Loopback, HostPorts.Free());
        string statusSocket = Path.Combine(Path.GetTempPath(), $"pipeproxy-{Guid.NewGuid():N}.sock");
        return StartAsync(
            address, Checkout.ProxyBinary,
            [$"--entrypoints.web.address={address}", $"--status.socket={statusSocket}", .. flags]);
    }

    /// <summary>Starts the stand-in application on node and waits until it accepts.</summary>
    public static Task<ServerProcess> StartWebAppAsync(WebAppKind kind = WebAppKind.Exits)
    {
        string node = Command.Find("node") ?? throw new InvalidOperationException("node is not installed");
        var address = new IPEndPoint(IPAddress.Loopback, HostPorts.Free());
        return StartAsync(
            address, node, [Path.Combine(AppContext.BaseDirectory, "Stack/webapp/app.js")],
            ("PORT", $"{address.Port}"), ("NAME", $"webapp-{address.Port}"), ("KIND", kind.ToString().ToLowerInvariant()));
    }

    /// <summary>Starts a program and waits until its port accepts.</summary>
    public static async Task<ServerProcess> StartAsync(
        IPEndPoint address, string file, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
        var server = new ServerProcess(process, address);
        try
        {
            await Eventually.BecomesTrueAsync($"{file} to accept on {address}", s_startLimit, async () =>
            {
                if (process.HasExited)
                {
                    throw new NotSupportedException($"{file} ended with {process.ExitCode}:\n{server.Log}");
                }

                await using RawClient client = await RawClient.ConnectAsync(address);
                return true;
            });
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends SIGTERM.</summary>
    public void AskToStop() => _ = Kill(_process.Id, Terminate);

    /// <summary>Waits for its end and gives its exit code.</summary>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"the process did not end within {limit}:\n{Log}", error);
        }

        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    // kill(2). The process is our child and not yet waited for by anybody else, so that its number is its own.
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
