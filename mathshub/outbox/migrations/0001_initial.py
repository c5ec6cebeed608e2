import django.db.models.deletion
import django.db.models.functions.text
import mathshub.scope
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('enrolment', '0001_initial'),
        ('workgroup_sessions', '0001_initial'),
        ('workgroups', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='MailAccount',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('tokens', models.FloatField()),
                ('counted_at', models.DateTimeField()),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('rests_until', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('connections', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalOptOut',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('address_hash', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=40)),
                ('stopped_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hub', models.ForeignKey(blank=True, db_constraint=False, default=mathshub.scope._current_hub_id, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroups.hub')),
            ],
            options={
                'verbose_name': 'historical mail not wanted',
                'verbose_name_plural': 'historical mail not wanted',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalWording',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(editable=False, max_length=40)),
                ('subject', models.CharField(blank=True, max_length=150)),
                ('opening', models.TextField(blank=True, max_length=2000)),
                ('closing', models.TextField(blank=True, max_length=2000)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hub', models.ForeignKey(blank=True, db_constraint=False, default=mathshub.scope._current_hub_id, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroups.hub')),
                ('programme', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroups.programme')),
            ],
            options={
                'verbose_name': 'historical wording of an e-mail',
                'verbose_name_plural': 'historical wording of e-mails',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True)),
                ('recipient', models.EmailField(max_length=254)),
                ('recipient_name', models.CharField(blank=True, max_length=120)),
                ('kind', models.CharField(max_length=40)),
                ('context', models.JSONField(blank=True, default=dict, help_text='Ids only; read at send time.')),
                ('priority', models.PositiveSmallIntegerField(choices=[(10, 'confirmations and sign-in'), (20, 'changes'), (30, 'reminders and digests')], default=10)),
                ('due_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('queued', 'waiting'), ('claimed', 'about to be sent'), ('inflight', 'being sent'), ('sent', 'handed to the mail server'), ('dead', 'could not be sent'), ('cancelled', 'no longer needed'), ('suppressed', 'address refuses mail')], default='queued', max_length=12)),
                ('state_reason', models.CharField(blank=True, max_length=200)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('deferrals', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('claim', models.UUIDField(editable=False, null=True)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('maybe_duplicate', models.BooleanField(default=False)),
                ('last_code', models.PositiveSmallIntegerField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('message_id', models.CharField(blank=True, max_length=200)),
                ('words', models.JSONField(blank=True, default=dict, editable=False)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('text_body', models.TextField(blank=True)),
                ('html_body', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('came_back_at', models.DateTimeField(null=True)),
                ('came_back_because', models.CharField(blank=True, max_length=200)),
                ('hub', models.ForeignKey(default=mathshub.scope._current_hub_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workgroups.hub')),
                ('participant', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to='enrolment.participant')),
                ('school', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to='workgroups.school')),
                ('session', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to='workgroup_sessions.session')),
                ('work_group', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to='workgroups.workgroup')),
            ],
            options={
                'ordering': ['-due_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['priority', 'due_at'], name='message_due'), models.Index(condition=models.Q(('lease_until__isnull', False)), fields=['lease_until'], name='message_lease'), models.Index(condition=models.Q(('claim__isnull', False)), fields=['claim'], name='message_claim'), models.Index(fields=['hub', 'state', '-due_at'], name='message_hub_state'), models.Index(fields=['hub', 'recipient'], name='message_hub_recipient'), models.Index(condition=models.Q(('message_id', ''), _negated=True), fields=['message_id'], name='message_by_its_id'), models.Index(models.F('hub'), django.db.models.functions.text.Upper('recipient'), models.F('created_at'), name='message_hub_address'), models.Index(condition=models.Q(('school__isnull', False)), fields=['school', '-due_at'], name='message_school'), models.Index(condition=models.Q(('work_group__isnull', False)), fields=['work_group', '-due_at'], name='message_work_group'), models.Index(condition=models.Q(('participant__isnull', False)), fields=['participant', '-due_at'], name='message_participant'), models.Index(condition=models.Q(('session__isnull', False)), fields=['session', '-due_at'], name='message_session')],
                'constraints': [models.UniqueConstraint(fields=('id', 'hub'), name='outbox_message_hub_key'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('due_at'))), name='message_expires_after_due'), mathshub.scope.SameHub('work_group', name='message_work_group_same_hub'), mathshub.scope.SameHub('participant', name='message_participant_same_hub'), mathshub.scope.SameHub('session', name='message_session_same_hub')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(help_text='Colleagues read it: why nothing leaves, and what it waits for.', max_length=200)),
                ('until', models.DateField(help_text='The last day on which nothing leaves. Then it goes by itself.', verbose_name='held until')),
                ('placed_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('hub', models.ForeignKey(default=mathshub.scope._current_hub_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workgroups.hub')),
                ('lifted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('work_group', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workgroups.workgroup')),
                ('message', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='outbox.message')),
            ],
            options={
                'verbose_name': 'hold',
                'ordering': ['-placed_at', '-id'],
                'constraints': [mathshub.scope.SameHub('work_group', name='hold_work_group_same_hub'), mathshub.scope.SameHub('message', name='hold_message_same_hub')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalHold',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('reason', models.CharField(help_text='Colleagues read it: why nothing leaves, and what it waits for.', max_length=200)),
                ('until', models.DateField(help_text='The last day on which nothing leaves. Then it goes by itself.', verbose_name='held until')),
                ('placed_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hub', models.ForeignKey(blank=True, db_constraint=False, default=mathshub.scope._current_hub_id, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroups.hub')),
                ('lifted_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('work_group', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroups.workgroup')),
                ('message', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='outbox.message')),
            ],
            options={
                'verbose_name': 'historical hold',
                'verbose_name_plural': 'historical holds',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='OptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(max_length=64)),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('kind', models.CharField(max_length=40)),
                ('stopped_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('hub', models.ForeignKey(default=mathshub.scope._current_hub_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workgroups.hub')),
            ],
            options={
                'verbose_name': 'mail not wanted',
                'verbose_name_plural': 'mail not wanted',
                'ordering': ['-stopped_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('hub', 'address_hash', 'kind'), name='opt_out_once_per_address_and_kind')],
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(max_length=64)),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('reason', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('hub', models.ForeignKey(default=mathshub.scope._current_hub_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workgroups.hub')),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.UniqueConstraint(fields=('hub', 'address_hash'), name='suppression_once_per_address_and_hub')],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(editable=False, max_length=40)),
                ('subject', models.CharField(blank=True, max_length=150)),
                ('opening', models.TextField(blank=True, max_length=2000)),
                ('closing', models.TextField(blank=True, max_length=2000)),
                ('hub', models.ForeignKey(default=mathshub.scope._current_hub_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workgroups.hub')),
                ('programme', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workgroups.programme')),
            ],
            options={
                'verbose_name': 'wording of an e-mail',
                'verbose_name_plural': 'wording of e-mails',
                'ordering': ['kind', 'programme'],
                'constraints': [models.UniqueConstraint(fields=('hub', 'kind', 'programme'), name='wording_once_per_kind_and_programme'), models.UniqueConstraint(condition=models.Q(('programme', None)), fields=('hub', 'kind'), name='wording_once_per_kind'), models.CheckConstraint(condition=models.Q(('closing', ''), ('opening', ''), ('subject', ''), _negated=True), name='wording_says_something'), mathshub.scope.SameHub('programme', name='wording_programme_same_hub')],
            },
        ),
    ]
