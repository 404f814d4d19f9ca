namespace PipeProxy.EndToEnd.Harness;

/// <summary>A stack of three containers for the tests of one class that leave it as they found it.</summary>
public sealed class StackFixture : IAsyncLifetime
{
    /// <summary>The stack; null where Docker tests are skipped.</summary>
    internal ComposeStack Stack { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (DockerHost.SkipReason is null)
        {
            Stack = await ComposeStack.StartAsync();
        }
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Stack is not null)
        {
            await Stack.DisposeAsync();
        }
    }
}
