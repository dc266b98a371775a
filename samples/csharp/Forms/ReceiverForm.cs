using System;
using System.Text;
using System.Windows.Forms;

namespace ShmBroker.Samples
{
    /// <summary>
    /// Shows what comes through a channel, told by window message: receiver_form [CHANNEL].
    /// </summary>
    public sealed class ReceiverForm : Form
    {
        private readonly ListBox list = new ListBox { Dock = DockStyle.Fill, IntegralHeight = false };
        private readonly ShmChannel channel;
        private readonly ShmNotifyWindow notify;

        private ReceiverForm(string name)
        {
            Text = $"{name} - Receiver";
            Controls.Add(list);
            channel = new ShmChannel(name, new ShmOptions { Access = ShmAccess.Read });
            notify = new ShmNotifyWindow(channel);
            notify.Readable += (sender, e) => ShowAll();
        }

        protected override void OnFormClosed(FormClosedEventArgs e)
        {
            notify.Dispose();
            channel.Dispose();
            base.OnFormClosed(e);
        }

        [STAThread]
        private static void Main(string[] args)
        {
            Application.EnableVisualStyles();
            try
            {
                Application.Run(new ReceiverForm(args.Length > 0 ? args[0] : "MapName"));
            }
            catch (ShmException error)
            {
                MessageBox.Show(error.Message, "Receiver", MessageBoxButtons.OK, MessageBoxIcon.Error);
            }
        }

        private void ShowAll()
        {
            while (channel.TryRead(out ShmMessage message) && message.News != ShmNews.Unchanged)
            {
                list.Items.Add(Encoding.Unicode.GetString(message.Data));
            }
        }
    }
}
