using System.Diagnostics;
using System.Text;

namespace PipeProxy.Tests.Cli;

/// <summary>The built executable as a process, in an environment without a flag of ours.</summary>
internal sealed class RealBinary : IAsyncDisposable
{
    /// <summary>Generous: a busy machine starts processes slowly, and a test that waits so long has failed.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly StringBuilder _output = new();

    private RealBinary(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to stderr so far.</summary>
    public string Error => Read(_error);

    /// <summary>What it wrote to stdout so far.</summary>
    public string Output => Read(_output);

    public int Id => _process.Id;

    public static RealBinary Start(string[] args, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "pipeproxy"), args) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string variable in start.Environment.Keys.Where(static key => key.StartsWith("PIPEPROXY_", StringComparison.Ordinal) || key.StartsWith("TRAEFIK_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RealBinary(new Process { StartInfo = start });
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] args, params (string Name, string Value)[] environment)
    {
        await using RealBinary binary = Start(args, environment);
        int exitCode = await binary.EndAsync();
        return (exitCode, binary.Output, binary.Error);
    }

    /// <summary>Its exit code, once it has ended and everything it wrote was read.</summary>
    public async Task<int> EndAsync()
    {
        using CancellationTokenSource deadline = new(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal by kill(1).</summary>
    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Looks again and again until <paramref name="holds"/>, or fails with what the process said.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        using CancellationTokenSource deadline = new(Deadline);
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            Assert.False(_process.HasExited, $"it has ended: {Error}");
            Assert.True(await pace.WaitForNextTickAsync(deadline.Token), Error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.Append(line is null ? "" : line + "\n");
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
