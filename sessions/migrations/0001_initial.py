import django.db.models.deletion
import mathshub.scope
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('enrolment', '0001_initial'),
        ('workgroups', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalSession',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('title', models.CharField(blank=True, max_length=120)),
                ('mode', models.CharField(choices=[('twilight', 'twilight'), ('virtual', 'virtual'), ('face_to_face', 'face to face')], default='face_to_face', max_length=12)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('venue', models.CharField(blank=True, max_length=200)),
                ('join_link', models.URLField(blank=True, max_length=500)),
                ('bring', models.CharField(blank=True, max_length=200, verbose_name='what to bring')),
                ('state', models.CharField(choices=[('planned', 'planned'), ('published', 'published'), ('cancelled', 'cancelled')], default='planned', max_length=10)),
                ('cancelled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('uid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('sequence', models.PositiveIntegerField(default=0, editable=False, help_text='Raised on each change that calendars must follow.')),
                ('changed_at', models.DateTimeField(blank=True, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hub', models.ForeignKey(blank=True, db_constraint=False, default=mathshub.scope._current_hub_id, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroups.hub')),
                ('work_group', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroups.workgroup')),
            ],
            options={
                'verbose_name': 'historical session',
                'verbose_name_plural': 'historical sessions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('title', models.CharField(blank=True, max_length=120)),
                ('mode', models.CharField(choices=[('twilight', 'twilight'), ('virtual', 'virtual'), ('face_to_face', 'face to face')], default='face_to_face', max_length=12)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('venue', models.CharField(blank=True, max_length=200)),
                ('join_link', models.URLField(blank=True, max_length=500)),
                ('bring', models.CharField(blank=True, max_length=200, verbose_name='what to bring')),
                ('state', models.CharField(choices=[('planned', 'planned'), ('published', 'published'), ('cancelled', 'cancelled')], default='planned', max_length=10)),
                ('cancelled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('sequence', models.PositiveIntegerField(default=0, editable=False, help_text='Raised on each change that calendars must follow.')),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('hub', models.ForeignKey(default=mathshub.scope._current_hub_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workgroups.hub')),
                ('work_group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='workgroups.workgroup')),
            ],
            options={
                'ordering': ['work_group', 'number'],
                'indexes': [models.Index(fields=['hub', 'starts_at'], name='session_hub_starts'), models.Index(fields=['state', 'starts_at'], name='session_state_starts')],
                'constraints': [models.UniqueConstraint(fields=('id', 'hub'), name='workgroup_sessions_session_hub_key'), models.UniqueConstraint(fields=('work_group', 'number'), name='session_number_once_per_work_group', violation_error_message='This Work Group already has a session of that number.'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='session_number_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('ends_at__isnull', True), ('starts_at__isnull', True)), models.Q(('ends_at__gt', models.F('starts_at')), ('ends_at__isnull', False), ('starts_at__isnull', False)), _connector='OR'), name='session_ends_after_it_starts', violation_error_message='Give both times, and let the session end after it starts.'), mathshub.scope.SameHub('work_group', name='session_work_group_same_hub')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalApology',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('given_at', models.DateTimeField()),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hub', models.ForeignKey(blank=True, db_constraint=False, default=mathshub.scope._current_hub_id, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroups.hub')),
                ('seat', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='enrolment.seat')),
                ('session', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workgroup_sessions.session')),
            ],
            options={
                'verbose_name': 'historical apology',
                'verbose_name_plural': 'historical apologies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Apology',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('given_at', models.DateTimeField()),
                ('hub', models.ForeignKey(default=mathshub.scope._current_hub_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workgroups.hub')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='apologies', to='enrolment.seat')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='apologies', to='workgroup_sessions.session')),
            ],
            options={
                'verbose_name_plural': 'apologies',
                'ordering': ['given_at'],
                'constraints': [models.UniqueConstraint(fields=('session', 'seat'), name='apology_once_per_session_and_seat'), mathshub.scope.SameHub('session', name='apology_session_same_hub'), mathshub.scope.SameHub('seat', name='apology_seat_same_hub')],
            },
        ),
    ]
